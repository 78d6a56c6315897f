import { fits } from './body-model';
import { CHOSEN_REQUEST_ID, EXTENDED_REQUEST_ID, render } from './velocity';

// what the other tests rely on: the part of API Gateway that they run on

describe('a mapping template', () => {
  test('passes the body as it is, also when it looks like Velocity', () => {
    const body = '#set($x = 1)$x $context.requestId #if(true)é#end \\" ${input.body}';
    expect(render('$input.body', body, 'requestOverride').output).toBe(body);
  });

  test('sets headers of the integration request, and a header with the same name once', () => {
    const { overrides, output } = render('#set($context.requestOverride.header.Content-Type = "text/csv")a', '', 'requestOverride');
    expect(overrides).toEqual({ header: { 'Content-Type': 'text/csv' } });
    expect(output).toBe('a');
  });

  test('sets status and headers of a reply', () => {
    const template = '#set($context.responseOverride.status = 429)#set($context.responseOverride.header.Retry-After = "5")';
    expect(render(template, '', 'responseOverride').overrides).toEqual({ status: 429, header: { 'Retry-After': '5' } });
  });

  test('knows the id that the caller can choose from the one that he cannot', () => {
    const { output } = render('$context.requestId $context.extendedRequestId', '', 'responseOverride');
    expect(output).toBe(`${CHOSEN_REQUEST_ID} ${EXTENDED_REQUEST_ID}`);
  });

  test.each([
    ['"a"', "$input.json('$')", '"a"'],
    ['{"a": 1.50}', "$input.json('$')", '{"a":1.5}'],
    ['{"a": 1.50}', '$input.body', '{"a": 1.50}'],
    ['{"OriginalStatusCode": 415}', "#set($o = $input.path('$.OriginalStatusCode'))#if($o && $o >= 400 && $o < 500)yes#{else}no#end", 'yes'],
    ['{"OriginalStatusCode": 500}', "#set($o = $input.path('$.OriginalStatusCode'))#if($o && $o >= 400 && $o < 500)yes#{else}no#end", 'no'],
    ['{}', "#set($o = $input.path('$.OriginalStatusCode'))#if($o && $o >= 400)yes#{else}no#end", 'no'],
    ['{"m": "Rate exceeded"}', "#set($r = $input.json('$'))#if($r.contains('Rate exceeded'))yes#{else}no#end", 'yes'],
    ['{"m": "fine"}', "#set($r = $input.json('$'))#if($r.contains('Rate exceeded'))yes#{else}no#end", 'no'],
    ['{"key": "abc"}', "#set($k = $input.path('$.key'))#if($k.matches('^[a-c]+$') && $k.length() <= 3)yes#{else}no#end", 'yes'],
    ['{"key": "abd"}', "#set($k = $input.path('$.key'))#if($k.matches('[a-c]+') && $k.length() <= 3)yes#{else}no#end", 'no'],
  ])('of %p, %p is %p', (body, template, expected) => {
    expect(render(template, body, 'responseOverride').output).toBe(expected);
  });

  test.each([
    ['a method that is not known here', "#set($r = $input.json('$'))$r.replaceAll('a', 'b')"],
    ['a path that is not known here', "$input.path('$..a')"],
    ['a body that is no JSON, asked for as JSON', "$input.json('$')"],
  ])('fails for %s', (what, template) => {
    expect(() => render(template, what.includes('no JSON') ? '<html>' : '{}', 'responseOverride')).toThrow();
  });
});

describe('a body model', () => {
  const schema = {
    type: 'object', required: ['input'], additionalProperties: false, properties: { input: { type: 'string', pattern: '^[a-z]+$', maxLength: 3 } },
  };

  test.each(['{"input": "abc"}'])('takes %s', (body) => {
    expect(fits(schema, body)).toBe(true);
  });

  test.each(['', 'abc', '[]', 'null', '{}', '{"input": 1}', '{"input": "abcd"}', '{"input": "A"}', '{"input": "a", "b": 1}'])('refuses %p', (body) => {
    expect(fits(schema, body)).toBe(false);
  });
});
