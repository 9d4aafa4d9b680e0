// Stands in for node:child_process in commander: see build.mjs.
export default {};
