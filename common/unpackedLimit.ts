// How large anything compressed may get when it is unpacked: journals and Helm's records. Data only.

/** MiB. Above what a Secret's 1 MiB of compressed JSON honestly holds, and below what hurts: somebody else may have written it. */
export const UNPACKED_LIMIT_MIB = 64;
export const UNPACKED_LIMIT_BYTES = UNPACKED_LIMIT_MIB * 1024 * 1024;
