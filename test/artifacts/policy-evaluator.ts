export * from '../support/policy-evaluator';
