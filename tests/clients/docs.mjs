// Opens /docs of a server in Chromium and does what it is told, step by step: see steps.mjs, and `steps`.
import { base, common, newPage, perform } from './steps.mjs';

const patience_ms = 30_000;
let page = null;

const steps = {
    ...common(() => page, patience_ms),
    open: async ({ hash = '', width = 1280, height = 900, scheme = 'light' }) => {
        page = await newPage({ viewport: { width, height }, colorScheme: scheme });
        page.setDefaultTimeout(patience_ms);
        await page.goto(base + '/docs' + hash);
        await page.waitForSelector('.route');
    },
    /** Method and path of every route that is not filtered out. */
    routes: async () =>
        page.$$eval('.route:not([hidden]) > summary', (all) =>
            all.map((one) => [...one.children].slice(0, 2).map((part) => part.textContent).join(' '))),
    key: async ({ on, key }) => page.press(on, key),
    isOpen: async ({ on }) => page.$eval(on, (one) => one.open),
    isWide: async () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
};

await perform(steps);
