// Opens a page that embeds a genome browser in Chromium, lets it show something, and tells what it showed.
// usage: node embed.mjs CHROMIUM PAGE_URL CONFIGURATION
// The page has a function `show(configuration)`. Prints what that found, the console's errors, and every
// address that was asked for.
import { chromium } from 'playwright-core';

const [, , executablePath, where, given] = process.argv;
const errors = [];
const asked = [];

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
page.on('pageerror', (e) => errors.push(String(e)));
page.on('request', (r) => asked.push(r.url()));
page.on('dialog', (d) => d.dismiss());

let shown = null;
let failed = null;
try {
    await page.goto(where);
    shown = await page.evaluate((configuration) => window.show(configuration), JSON.parse(given));
} catch (error) {
    failed = error.message;
}
if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
await browser.close();
console.log(JSON.stringify({ shown, failed, errors, asked }));
