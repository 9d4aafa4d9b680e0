// Stands in for the JSON-schema validator that conf imports and this program never uses.
class NoSchema {}
export { NoSchema as Ajv2020 };
export default () => undefined;
