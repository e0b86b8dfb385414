/**
 * The CRD's schema and the parser agree in these. A value of this length still fits into one word of nginx.conf; `all` is of
 * the values of one match together: the operator and Carrier keep many of them.
 */
export const matchLimits = { groups: 16, rules: 16, name: 128, value: 1000, all: 16_384 } as const;
export const HEADER_NAME = "^[A-Za-z0-9_-]+$";
export const METHOD = "^[A-Z][A-Z_-]*$";
/** A value in one line: no control character can be in a header, and none of them needs to be in a path. */
export const MATCH_VALUE = "^[^\\x00-\\x1f\\x7f]+$";
