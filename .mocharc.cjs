// For every test of the project: `npx mocha FILE` runs one.
module.exports = {
    require: ["ts-node/register"],
    exit: true,
    timeout: 120_000,
};
