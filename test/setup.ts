// CDK validates every synth against its bundled CloudFormation rules, which takes ten times as long as the synth.
// Unit tests go without; the tests of reference stacks and examples turn it on again and make it strict.
process.env.CDK_VALIDATION = 'false';
