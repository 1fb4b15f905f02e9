// Opens a page that embeds a genome browser in Chromium, lets it show something, and tells what it showed: see
// steps.mjs. GIVEN is a configuration, ADDRESS that of the page, which has a function `show(configuration)`.
import { base, given, newPage, report } from './steps.mjs';

const page = await newPage({ viewport: { width: 1280, height: 1000 } });
page.on('dialog', (d) => d.dismiss());

let shown = null;
let failed = null;
try {
    await page.goto(base);
    shown = await page.evaluate((configuration) => window.show(configuration), given);
} catch (error) {
    failed = error.message;
}
if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
await report({ shown, failed });
