// What the name of an AWS Region looks like, in every partition: us-west-2, us-gov-west-1, us-isob-east-1, eusc-de-east-1.
export const AWS_REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;
