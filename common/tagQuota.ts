// How many tags AWS takes on one resource.

/** Of IAM roles, EKS add-ons, buckets, endpoints, load balancers and certificates alike; an S3 object alone takes fewer. Source: the quotas of each service. */
export const TAGS_PER_RESOURCE = 50;
