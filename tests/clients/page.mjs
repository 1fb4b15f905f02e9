// Opens the page of a server in Chromium and does what it is told, step by step: see steps.mjs, and `steps`.
import { base, common, newPage, perform } from './steps.mjs';

const patience_ms = 90_000;

async function open({ path = '/', width = 1280, height = 1000, scheme = 'light' }) {
    const page = await newPage({ viewport: { width, height }, colorScheme: scheme });
    await page.goto(base + path);
    return page;
}

const complete = (page) =>
    page.waitForFunction(
        () => document.querySelector('#matrix').dataset.state === 'complete', null, { timeout: patience_ms });

/** Two frames later everything that was asked for has at least been noticed. */
const settled = async (page) => {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await complete(page);
};

/** Of `count` calls in sight, drawn by chance: their numbers and the colours of their pixels. */
function pixelsInSight(count) {
    const canvas = document.querySelector('#matrix');
    const [left, top, width, height] = canvas.dataset.plot.split(' ').map(Number);
    const [x0, perX, y0, perY] = canvas.dataset.window.split(' ').map(Number);
    const ratio = canvas.width / canvas.clientWidth;
    const context = canvas.getContext('2d');
    const between = (first, end) => Math.floor(first + 1 + Math.random() * (end - first - 2));
    return Array.from({ length: count }, () => {
        const variant = between(x0, x0 + width * perX);
        const sample = between(y0, y0 + height * perY);
        // Beside the text in the middle of a cell.
        const x = left + (variant + 0.12 - x0) / perX;
        const y = top + (sample + 0.12 - y0) / perY;
        const [r, g, b] = context.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data;
        const colour = '#' + [r, g, b].map((value) => value.toString(16).padStart(2, '0')).join('');
        return [variant, sample, colour];
    });
}

/** Whether the page is wider than its window, and how much moved by itself since it was opened. */
async function layoutOf() {
    const shifted = await new Promise((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(sum), 200);
    });
    return { wide: document.documentElement.scrollWidth > innerWidth, shifted };
}

/** What igv.js shows within its document, and whether all of it has come. */
function genomeShown() {
    const view = globalThis.browser;
    if (!view) return null;
    const [{ chr, start, end }] = view.referenceFrameList;
    const tracks = {};
    for (const { track, viewports: [viewport] } of view.trackViews) {
        if (!['variant', 'alignment'].includes(track.type)) continue;
        if (end - start > track.visibilityWindow) continue;
        const cached = viewport.featureCache && viewport.cachedFeatures;
        if (!cached) return null;
        const alignments = Boolean(cached.allAlignments);
        const all = alignments ? cached.allAlignments() : cached;
        tracks[track.name] = all.filter((f) => (alignments ? f.start : f.pos - 1) < end && f.end > start).length;
    }
    return { contig: chr, start, end, tracks };
}

async function genomeOf(page) {
    let before = '';
    for (let left = patience_ms; left > 0; left -= 1000) {
        await page.waitForTimeout(1000);
        const frame = page.frames().find((one) => one.url().endsWith('/page/genome.html'));
        const shown = frame && (await frame.evaluate(genomeShown));
        const { window, state } = await page.evaluate(() => ({ ...document.querySelector('#matrix').dataset }));
        const now = JSON.stringify([shown, window]);
        if (shown && state === 'complete' && now === before) return { ...shown, window };
        before = now;
    }
    throw new Error(`the genome view did not come to rest: ${before}`);
}

let page = null;
const steps = {
    ...common(() => page, patience_ms),
    open: async (step) => {
        page = await open(step);
        if (step.wait !== false) await settled(page);
    },
    key: async ({ keys, on = '#matrix' }) => {
        await page.focus(on);
        for (const key of keys) await page.keyboard.press(key);
        await settled(page);
    },
    mode: async ({ mode }) => {
        await page.check(`input[name=mode][value=${mode}]`);
        await settled(page);
    },
    choose: async ({ id }) => {
        await page.selectOption('#sets', id);
        await page.waitForFunction((hash) => location.hash === hash, '#' + encodeURIComponent(id));
        await settled(page);
    },
    window: async () => page.evaluate(() => ({ ...document.querySelector('#matrix').dataset })),
    pixels: async ({ count }) => page.evaluate(pixelsInSight, count),
    hover: async ({ call: [variant, sample] }) => {
        const data = await steps.window();
        const [left, top] = data.plot.split(' ').map(Number);
        const [x0, perX, y0, perY] = data.window.split(' ').map(Number);
        const box = await page.locator('#matrix').boundingBox();
        const at = [box.x + left + (variant + 0.5 - x0) / perX, box.y + top + (sample + 0.5 - y0) / perY];
        await page.mouse.move(...at);
        await settled(page);
        return page.textContent('#readout');
    },
    click: async (step) => {
        await steps.hover(step);
        await page.mouse.down();
        await page.mouse.up();
        await settled(page);
    },
    drag: async ({ on, from, to }) => {
        const box = await page.locator(on).boundingBox();
        const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
        await page.mouse.move(...at(from));
        await page.mouse.down();
        await page.mouse.move(...at(to), { steps: 4 });
        await page.mouse.up();
        await settled(page);
    },
    box: async ({ on }) => page.locator(on).boundingBox(),
    pick: async ({ id }) => void (await page.selectOption('#sets', id)),
    hash: async ({ text }) => page.evaluate((hash) => void (location.hash = hash), text),
    address: async () => page.url(),
    settle: async () => settled(page),
    /** What there is to copy for each other program, by its name. */
    snippets: async () => {
        const texts = {};
        for (const tab of await page.locator('#clients button').all()) {
            await tab.click();
            texts[await tab.textContent()] = await page.textContent('#snippet code');
        }
        return texts;
    },
    waitHidden: async ({ on }) => void (await page.waitForSelector(on, { state: 'hidden', timeout: patience_ms })),
    /** Colours that the page has under these names. */
    colours: async ({ names }) =>
        page.evaluate((all) => {
            const style = getComputedStyle(document.documentElement);
            return Object.fromEntries(all.map((name) => [name, style.getPropertyValue(name).trim()]));
        }, names),
    genome: async () => genomeOf(page),
    /** As somebody does it, in the field of igv.js. */
    goTo: async ({ locus }) => {
        const field = page.frameLocator('#genome iframe').locator('input.igv-search-input');
        await field.fill(locus);
        await field.press('Enter');
    },
    layout: async () => page.evaluate(layoutOf),
    timing: async () =>
        page.evaluate(() => ({
            paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
            now: performance.now(),
        })),
    close: async () => page.context().close(),
};

await perform(steps);
