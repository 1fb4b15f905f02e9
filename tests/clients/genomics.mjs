// Calls methods of Google Genomics v1 through googleapis, as the script of a user would.
// usage: node genomics.mjs ROOT_URL CALLS
// CALLS is JSON: [[method, parameters], ...]; the body is the parameter `resource`. Prints a list of
// {status, data} of answers or {status, message} of errors, in order.
import { google } from 'googleapis';

const [rootUrl, calls] = process.argv.slice(2);
const genomics = google.genomics({ version: 'v1', auth: 'KEY' });

async function call([name, parameters]) {
    const path = name.split('.');
    const family = path.slice(0, -1).reduce((at, part) => at[part], genomics);
    try {
        const { status, data } = await family[path.at(-1)](parameters, { rootUrl });
        return { status, data };
    } catch (error) {
        return { status: Number(error.code), message: error.message };
    }
}

const answers = [];
for (const one of JSON.parse(calls)) answers.push(await call(one));
process.stdout.write(JSON.stringify(answers));
