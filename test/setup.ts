import { forgetStorages } from './support/async-storage';

// CDK validates every synth against its bundled CloudFormation rules, which takes ten times as long as the synth.
// Unit tests go without; the tests of reference stacks and examples turn it on again and make it strict.
process.env.CDK_VALIDATION = 'false';

// CDK keeps for every resource where it was made, for the messages of its command line. Under jest such a stack has a hundred
// frames, each looked up in source maps: a tenth of the CPU time of all tests. Errors keep their stacks.
process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true });

// What the runner left behind of the test file before, in the same worker, would slow down every promise of this one.
forgetStorages();
