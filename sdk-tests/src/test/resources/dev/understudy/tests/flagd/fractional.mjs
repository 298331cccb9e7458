// Asks OpenFeature's own flagd-core. Reads one JSON a line: [salt, thousandths of a per cent, [unit, ...]];
// answers each with a line of C (candidate) and B (baseline).
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { FlagdCore } = createRequire(process.argv[2] + '/')('@openfeature/flagd-core');
for await (const line of createInterface({ input: process.stdin })) {
  const [salt, w, units] = JSON.parse(line);
  const core = new FlagdCore();
  core.setConfigurations(JSON.stringify({
    flags: {
      qa: {
        state: 'ENABLED',
        defaultVariant: 'baseline',
        variants: { candidate: 'C', baseline: 'B' },
        targeting: {
          fractional: [{ cat: [salt + ':', { var: 'targetingKey' }] }, ['candidate', w], ['baseline', 100000 - w]],
        },
      },
    },
  }));
  const quiet = { error() {}, warn() {}, info() {}, debug() {} };
  console.log(units.map((unit) => core.resolveStringEvaluation('qa', '?', { targetingKey: unit }, quiet).value).join(''));
}
