// Stands in for the move's provider: adds a plan in check, as the real one does, and changes nothing anywhere.
exports.provider = {
    async check(_olds, news) {
        return { inputs: { ...news, plan: ["1 lock", "2 backUp"] }, failures: [] };
    },
    async create(inputs) {
        const { __provider, plan, ...asked } = inputs;
        return { id: "move-1", outs: { __provider, plan, inputs: asked, phase: "Moved" } };
    },
};
