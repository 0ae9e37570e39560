// Required before a TypeScript file of this project, in whatever folder the process works: ts-node with the project's own settings.
require("ts-node").register({ project: require("node:path").join(__dirname, "../tsconfig.json") });
