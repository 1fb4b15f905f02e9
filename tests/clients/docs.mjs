// Opens /docs of a server in Chromium and does what it is told, step by step.
// usage: node docs.mjs CHROMIUM BASE_URL STEPS
// STEPS is JSON: [{do: NAME, ...}, ...], see `steps`. Prints what each step found, the console's
// errors, and every address that was asked for.
import { chromium } from 'playwright-core';

const [, , executablePath, base, given] = process.argv;
const patience_ms = 30_000;
const errors = [];
const asked = [];
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
let page = null;

const steps = {
    open: async ({ hash = '', width = 1280, height = 900, scheme = 'light' }) => {
        const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
        page = await context.newPage();
        page.setDefaultTimeout(patience_ms);
        page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
        page.on('pageerror', (e) => errors.push(String(e)));
        page.on('request', (r) => asked.push(r.url()));
        await page.goto(base + '/docs' + hash);
        await page.waitForSelector('.route');
    },
    /** Method and path of every route that is not filtered out. */
    routes: async () =>
        page.$$eval('.route:not([hidden]) > summary', (all) =>
            all.map((one) => [...one.children].slice(0, 2).map((part) => part.textContent).join(' '))),
    fill: async ({ on, text }) => page.fill(on, text),
    press: async ({ on }) => page.click(on),
    key: async ({ on, key }) => page.press(on, key),
    text: async ({ on }) => page.textContent(on),
    isOpen: async ({ on }) => page.$eval(on, (one) => one.open),
    waitFor: async ({ on, text }) => {
        const holds = ([where, what]) => document.querySelector(where)?.textContent.includes(what);
        await page.waitForFunction(holds, [on, text]);
    },
    isWide: async () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
    shot: async ({ file, full = false }) => {
        await page.screenshot({ path: file, fullPage: full });
    },
};

const found = [];
let failed = null;
for (const step of JSON.parse(given)) {
    try {
        found.push((await steps[step.do](step)) ?? null);
    } catch (error) {
        failed = `${step.do}: ${error.message}`;
        break;
    }
}
await browser.close();
console.log(JSON.stringify({ found, failed, errors, asked }));
