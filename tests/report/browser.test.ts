// The report in a real browser, without JavaScript: everything is seen, nothing is loaded, nothing runs over the edge. Skipped where there is no Chromium.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { assertDone } from "../provider/memory/expectations";
import { removeFolders, sceneOf } from "./moved";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
];

describe("report in a browser", function () {
    this.timeout(90_000);
    let browser: Browser | undefined;
    let url: string;

    before(async function () {
        if (!existsSync(CHROMIUM)) {
            console.log(
                `      no browser at ${CHROMIUM}; install it with \`apt-get install chromium\` or set CHROMIUM`,
            );
            this.skip();
        }
        const scene = sceneOf();
        assertDone(await scene.stack.up());
        scene.world.settle(3_600_000);
        assertDone(await scene.stack.destroy());
        url = pathToFileURL(scene.file).href;
        browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: 30_000 });
    });

    after(async () => {
        await browser?.close();
        removeFolders();
    });

    async function opened(options: { dark?: boolean; width?: number } = {}): Promise<Page> {
        assert.ok(browser);
        const context = await browser.newContext({
            javaScriptEnabled: false,
            colorScheme: options.dark ? "dark" : "light",
            viewport: { width: options.width ?? 1100, height: 900 },
        });
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        return page;
    }

    it("loads nothing but itself and tells no error", async () => {
        const page = await opened();
        const requests: string[] = [];
        const messages: string[] = [];
        page.on("request", (request) => void requests.push(request.url()));
        page.on("console", (message) => void messages.push(message.text()));
        await page.goto(url);
        assert.deepEqual(requests, [url]);
        assert.deepEqual(messages, []);
        assert.equal(await page.title(), "HyperPod inference on demo: Helm release to EKS add-on");
        await page.close();
    });

    it("draws every step and pause as a bar, one after the other on its scale", async () => {
        const page = await opened();
        await page.goto(url);
        const rows = await page.locator(".timeline tbody tr:not(.heading)").all();
        assert.ok(rows.length > 20, `${rows.length} rows`);
        const left = new Map<string, number>();
        for (const row of rows) {
            const label = (await row.locator("th").textContent()) ?? "";
            const [bar, track] = [
                await row.locator(".bar").boundingBox(),
                await row.locator(".track").boundingBox(),
            ];
            assert.ok(bar && track);
            assert.ok(bar.width >= 3 && bar.height >= 8, `${label} can be seen`);
            assert.ok(
                bar.x >= track.x - 1 && bar.x + bar.width <= track.x + track.width + 1,
                `${label} is on the scale`,
            );
            if (!left.has(label)) left.set(label, bar.x);
        }
        const begin = (label: string) => left.get(label) ?? Number.NaN;
        assert.ok(begin("backUp") < begin("scaleDown"));
        assert.ok(begin("scaleDown") < begin("install"));
        assert.ok(Math.abs(begin("operator") - begin("scaleDown")) < 2, "the pause begins with scaling down");
        await page.close();
    });

    it("is dark for those who like it dark, and readable both ways", async () => {
        for (const dark of [false, true]) {
            const page = await opened({ dark });
            await page.goto(url);
            const shot = await page.screenshot();
            assert.ok(shot.length > 20_000, "something is drawn");
            const ratio = await contrast(page);
            assert.ok(ratio >= 7, `contrast of the text is ${ratio.toFixed(1)}`);
            await page.close();
        }
    });

    it("has all details open to a click, and fits a phone", async () => {
        const page = await opened({ width: 390 });
        await page.goto(url);
        const folds = await page.locator("details > summary").all();
        assert.ok(folds.length >= 4);
        for (const fold of folds) await fold.click();
        assert.ok(await page.getByText("Deployment kube-system/keda-operator", { exact: true }).isVisible());
        const body = await page.locator("html").boundingBox();
        const main = await page.locator("main").boundingBox();
        assert.ok(body && main && main.x + main.width <= 391, "nothing runs over the edge");
        for (const scale of await page.locator(".timeline .track").all()) {
            const box = await scale.boundingBox();
            assert.ok(box && box.width > 100 && box.x + box.width > 340, "the scale uses the width there is");
        }
        for (const label of await page.locator(".timeline tbody :is(th, .number)").all()) {
            const [text, room] = await label.evaluate(({ scrollWidth, clientWidth }) => [
                scrollWidth,
                clientWidth,
            ]);
            assert.ok(
                text !== undefined && room !== undefined && text <= room,
                `"${await label.textContent()}" is cut off: ${text} px in ${room}`,
            );
        }
        for (const section of await page.locator("section").all()) {
            const box = await section.boundingBox();
            assert.ok(box && box.x + box.width <= 391);
        }
        await page.close();
    });
});

/** Of the text on its background, as WCAG counts it. */
async function contrast(page: Page): Promise<number> {
    const color = async (property: string) => {
        // Without JavaScript in the page, the debugger still reads computed styles.
        const client = await page.context().newCDPSession(page);
        await client.send("DOM.enable");
        await client.send("CSS.enable");
        const { root } = await client.send("DOM.getDocument");
        const { nodeId } = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "body" });
        const { computedStyle } = await client.send("CSS.getComputedStyleForNode", { nodeId });
        const value = computedStyle.find(({ name }) => name === property)?.value ?? "";
        await client.detach();
        return luminance((value.match(/\d+/g) ?? []).map(Number));
    };
    const [text, back] = [await color("color"), await color("background-color")];
    return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
}

function luminance([red = 0, green = 0, blue = 0]: readonly number[]): number {
    const linear = (value: number) =>
        value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
