// Regions of every partition: what their names look like (us-west-2, us-gov-west-1, us-isob-east-1, eusc-de-east-1), and the domain that the services of each answer in. Data only.
export const AWS_REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

/** By the beginning of the Region's name; all others are in the usual one. */
const DOMAINS: readonly (readonly [start: string, domain: string])[] = [
    ["cn-", "amazonaws.com.cn"],
    ["us-iso-", "c2s.ic.gov"],
    ["us-isob-", "sc2s.sgov.gov"],
    ["us-isof-", "csp.hci.ic.gov"],
    ["eu-isoe-", "cloud.adc-e.uk"],
    ["eusc-", "amazonaws.eu"],
];

const USUAL_DOMAIN = "amazonaws.com";

/** Of all partitions; one that begins like another comes first. */
export const AWS_DOMAINS: readonly string[] = [...DOMAINS.map(([, domain]) => domain), USUAL_DOMAIN];

/** The domain of the partition that a Region is in. */
export function awsDomain(region: string): string {
    return DOMAINS.find(([start]) => region.startsWith(start))?.[1] ?? USUAL_DOMAIN;
}
