/** Loaded when it is needed. A bundle gives a package that is imported dynamically no names. */
export { stringify } from "yaml";
