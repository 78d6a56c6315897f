import { progressiveEndpoint } from './progressive-supplies';
import { openFindings } from '../../support/judged';

test('the packs find nothing in an endpoint with default props, nor in what releases run on', () => {
  expect(openFindings((stack) => { progressiveEndpoint(stack); })).toEqual([]);
});
