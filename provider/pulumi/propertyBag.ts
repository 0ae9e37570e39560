// Properties as the engine sends them: anything may be in them.
export type Bag = Readonly<Record<string, unknown>>;
