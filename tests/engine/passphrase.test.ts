// The CLI's own secret format, against a salt and a ciphertext that the real CLI (v3.259.0) wrote.
import assert from "node:assert/strict";
import { Passphrase } from "../../sandbox/engine/passphrase";

const SALT = "v1:IeER/851oNk=:v1:TQP427kvCn94fCzu:xDhNEJChYcTNQyeXJlQWXCYqyhYajw==";
const CIPHERTEXT = "v1:JwM2pSXyH3DZuOm2:+Jxfof55MvWMzJ9L+wwYVGeWZtOe8dqJfA==";

describe("passphrase", function () {
    this.timeout(60_000);

    it("opens what the real CLI has sealed", () => {
        assert.equal(Passphrase.open("offline", SALT).decrypt(CIPHERTEXT), '"hunter2"');
    });

    it("seals differently each time and opens it again", () => {
        const passphrase = Passphrase.open("offline", SALT);
        const [one, other] = [passphrase.encrypt("héllo"), passphrase.encrypt("héllo")];
        assert.notEqual(one, other);
        assert.deepEqual([passphrase.decrypt(one), passphrase.decrypt(other)], ["héllo", "héllo"]);
    });

    it("refuses another passphrase", () => {
        assert.throws(() => Passphrase.open("wrong", SALT).encrypt("x"), /incorrect passphrase/);
    });

    it("makes a salt that proves its passphrase", () => {
        const { salt } = Passphrase.create("mine");
        assert.doesNotThrow(() => Passphrase.open("mine", salt).encrypt("x"));
        assert.throws(() => Passphrase.open("other", salt).encrypt("x"), /incorrect passphrase/);
    });
});
