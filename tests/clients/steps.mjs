// What the drivers of Chromium have in common: the browser, pages whose complaints and requests are noted, and
// steps that are done one by one.
// usage: node DRIVER CHROMIUM ADDRESS GIVEN
import { chromium } from 'playwright-core';

const [, , executablePath, address, json] = process.argv;
const errors = [];
const asked = [];

export const base = address;
export const given = JSON.parse(json);
export const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** In a context of its own, which `options` are for. */
export async function newPage(options = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
    page.on('pageerror', (e) => errors.push(String(e)));
    page.on('request', (r) => asked.push(r.url()));
    return page;
}

/** Ends the browser and prints what was found, the console's errors, and every address that was asked for. */
export async function report(outcome) {
    await browser.close();
    console.log(JSON.stringify({ ...outcome, errors, asked }));
}

/** Steps that any page knows. `current()` is the page that is open. */
export const common = (current, patience_ms) => ({
    fill: async ({ on, text }) => current().fill(on, text),
    press: async ({ on }) => current().click(on),
    text: async ({ on }) => current().textContent(on),
    waitFor: async ({ on, text }) => {
        const holds = ([where, what]) => document.querySelector(where)?.textContent.includes(what);
        await current().waitForFunction(holds, [on, text], { timeout: patience_ms });
    },
    shot: async ({ file, full = true }) => void (await current().screenshot({ path: file, fullPage: full })),
});

/** GIVEN is [{do: NAME, ...}, ...]: does them until one fails, and reports what each found. */
export async function perform(steps) {
    const found = [];
    let failed = null;
    for (const step of given) {
        try {
            found.push((await steps[step.do](step)) ?? null);
        } catch (error) {
            failed = `${step.do}: ${error.message}`;
            break;
        }
    }
    await report({ found, failed });
}
