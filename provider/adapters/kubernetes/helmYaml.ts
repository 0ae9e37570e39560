// The YAML that Helm reads its manifests with: that of 1.1 in its words for true and false, octal numbers and merge keys, but times and 1:30 stay texts. Data only.
import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, intCoreTag, mergeTag, NOT_RESOLVED } from "js-yaml";

/** 0644 is a file's mode, and 1_000 a number. */
const integer = defineScalarTag(intCoreTag.tagName, {
    ...intCoreTag,
    resolve: (source, isExplicit, tagName) => {
        const digits = source.replaceAll("_", "");
        if (/^[-+]?0[0-7]+$/.test(digits))
            return Number.parseInt(digits.replace(/^[-+]/, ""), 8) * (digits.startsWith("-") ? -1 : 1);
        return /^[-+]?\d/.test(source) ? intCoreTag.resolve(digits, isExplicit, tagName) : NOT_RESOLVED;
    },
});

/** Its text, as Go decodes it into any value. */
const binary = defineScalarTag("tag:yaml.org,2002:binary", {
    identify: () => false,
    resolve: (source) => Buffer.from(source.replaceAll(/\s/g, ""), "base64").toString("latin1"),
});

export const HELM_SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, integer, mergeTag, binary);
