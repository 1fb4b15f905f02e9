// Asks a server through BrAPI.js, as the script of a user would, and prints all that came back.
// usage: node brapijs.mjs BASE_URL VERSION STEPS
// STEPS is JSON: [[method, parameters, behaviour], ...]. Every step but the first is asked once for
// each answer of the step before; {"from": NAME} as a parameter is the value NAME of that answer.
// A parameter toJSON is sent as the body: all that the client itself can send is an object.
import BrAPI from '@solgenomics/brapijs';

const SECONDS_MAX = 60;

// The client writes its own messages to the console; stdout has the answers and nothing else.
console.log = console.error;

function fail(why) {
    console.error(`BrAPI.js failed: ${why}`);
    process.exit(1);
}

// An answer that the client cannot read settles no promise of ours: it throws where nobody can
// catch, or it is silent for ever.
process.on('unhandledRejection', (error) => fail(error.message || error));
const limit = setTimeout(() => fail(`no answer within ${SECONDS_MAX} s`), SECONDS_MAX * 1000);

function filled(parameters, answer) {
    const values = Object.entries(parameters).map(([name, value]) => {
        if (name === 'toJSON') return [name, () => value];
        return [name, value !== null && value.from ? answer[value.from] : value];
    });
    return Object.fromEntries(values);
}

function ask(node, [method, parameters, behaviour], number) {
    if (number === 0) return node[method](filled(parameters, {}), behaviour);
    return node[method]((answer) => filled(parameters, answer), behaviour);
}

function print(answers) {
    clearTimeout(limit);
    // The client hangs the whole response on each answer, which then contains itself.
    const plain = (name, value) => (name === '__response' ? undefined : value);
    process.stdout.write(JSON.stringify(answers, plain));
}

const [base, version, steps] = process.argv.slice(2);
JSON.parse(steps).reduce(ask, BrAPI(base, version)).all(print);
