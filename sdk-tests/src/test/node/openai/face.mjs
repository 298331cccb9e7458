// The OpenAI face, seen by OpenAI's own client library. The registry behind it is that of OpenAiClientTest.
import assert from 'node:assert/strict';
import test from 'node:test';
import OpenAI, { APIError, AuthenticationError, BadRequestError, InternalServerError, NotFoundError, RateLimitError } from 'openai';

const baseURL = process.env.FACE_URL;
const apiKey = process.env.FACE_KEY;
const client = new OpenAI({ baseURL, apiKey });
const hello = [{ role: 'user', content: 'Hello' }];

test('a chat', async () => {
  const { data, response } = await client.chat.completions
    .create(
      {
        model: 'echo_agent',
        messages: [
          { role: 'developer', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Grüße, 世界 😀' }] },
        ],
        temperature: 0.5,
        max_completion_tokens: 100,
        stop: ['END'],
        seed: 7,
      },
      { headers: { 'X-User': 'u-1' } },
    )
    .withResponse();
  assert.equal(data.object, 'chat.completion');
  assert.equal(data.model, 'echo_agent');
  assert.match(data.id, /^chatcmpl-/);
  assert.equal(data.choices.length, 1);
  assert.equal(data.choices[0].message.role, 'assistant');
  assert.equal(data.choices[0].message.content, 'system: Be brief. | user: Grüße, 世界 😀 | t=0.5 max=100 stop=[END] seed=7');
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.deepEqual({ ...data.usage }, { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
  assert.equal(data._request_id, 'req-echo');
  assert.equal(response.headers.get('x-understudy-agent'), 'echo_agent');
  assert.equal(response.headers.get('x-understudy-model'), 'echo');
  assert.equal(response.headers.get('x-understudy-variant'), 'baseline');
  assert.equal(response.headers.get('x-understudy-degraded'), 'false');
});

test('the understudy goes on', async () => {
  const { data, response } = await client.chat.completions
    .create({ model: 'rollout_agent', messages: hello }, { headers: { 'X-Experiment': 'canary' } })
    .withResponse();
  assert.match(data.choices[0].message.content, /^user: Hello/);
  assert.equal(response.headers.get('x-understudy-variant'), 'candidate');
  assert.equal(response.headers.get('x-understudy-model'), 'echo');
  assert.equal(response.headers.get('x-understudy-degraded'), 'true');
  assert.equal(response.headers.get('x-understudy-degraded-reason'), 'upstream');
});

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

test('tools, there and back', async () => {
  const messages = [{ role: 'user', content: 'How is the weather in Rome?' }];
  const first = await client.chat.completions.create({
    model: 'tool_agent', messages, tools: [weather], tool_choice: 'auto',
  });
  assert.equal(first.choices[0].finish_reason, 'tool_calls');
  assert.equal(first.choices[0].message.content, null);
  const [call] = first.choices[0].message.tool_calls;
  assert.equal(call.function.name, 'weather');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Rome' });
  const second = await client.chat.completions.create({
    model: 'tool_agent',
    messages: [...messages, first.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'Sunny.' }],
    tools: [weather],
  });
  assert.equal(second.choices[0].message.content, 'It is: Sunny.');
});

test('tools, run by the library, streamed', async () => {
  const runner = client.chat.completions.runTools({
    model: 'tool_agent',
    stream: true,
    messages: [{ role: 'user', content: 'How is the weather in Rome?' }],
    tools: [{
      type: 'function',
      function: {
        name: 'weather',
        description: 'Tells the weather',
        parse: JSON.parse,
        parameters: weather.function.parameters,
        function: ({ city }) => `Sunny in ${city}.`,
      },
    }],
  });
  assert.equal(await runner.finalContent(), 'It is: Sunny in Rome.');
});

test('a stream', async () => {
  const stream = await client.chat.completions.create({
    model: 'stream_agent', messages: hello, stream: true, stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.deepEqual(chunks.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean), ['one ', 'two ', 'three']);
  assert.equal(chunks.find((chunk) => chunk.choices[0]?.finish_reason).understudy.model, 'stream');
  assert.deepEqual(chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean), ['stop']);
  assert.equal(chunks.at(-1).usage.total_tokens, 6);
  assert.equal(chunks.at(-1).choices.length, 0);
  assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
  assert.ok(chunks.every((chunk) => chunk.model === 'stream_agent' && chunk.object === 'chat.completion.chunk'));
});

test('a stream, put together by the library', async () => {
  const completion = await client.chat.completions.stream({ model: 'stream_agent', messages: hello }).finalChatCompletion();
  assert.equal(completion.choices[0].message.content, 'one two three');
  assert.equal(completion.choices[0].finish_reason, 'stop');
});

test('the agents are the models', async () => {
  const page = await client.models.list();
  assert.deepEqual(page.data.map((model) => model.id), process.env.FACE_AGENTS.split(','));
  assert.equal((await client.models.retrieve('echo_agent')).owned_by, 'understudy');
  await assert.rejects(client.models.retrieve('nobody'), NotFoundError);
});

async function refused(promise, type, expected) {
  const error = await promise.then(() => assert.fail('it was answered'), (thrown) => thrown);
  assert.ok(error instanceof type, `${error?.constructor?.name}: ${error?.message}`);
  for (const [key, value] of Object.entries(expected)) assert.equal(error[key], value, key);
  return error;
}

const ask = (body, options) => client.chat.completions.create({ model: 'echo_agent', messages: hello, ...body }, options);

test('errors have the classes that the library has for them', async () => {
  await refused(ask({ model: 'nobody' }), NotFoundError, { status: 404, code: 'model_not_found', param: 'model' });
  await refused(ask({ n: 2 }), BadRequestError, { status: 400, code: 'unsupported_parameter', param: 'n' });
  await refused(ask({ nonsense: 1 }), BadRequestError, { status: 400, code: 'unknown_parameter', param: 'nonsense' });
  await refused(ask({ temperature: 9 }), BadRequestError, { type: 'invalid_request_error', param: 'temperature' });
  await refused(ask({ model: 'context_length_agent' }), BadRequestError, { code: 'context_length_exceeded' });
  await refused(ask({ model: 'content_filter_agent' }), BadRequestError, { code: 'content_filter' });
  await refused(ask({ model: 'authentication_agent' }), InternalServerError, { status: 502, code: 'authentication' });
  await refused(ask({ model: 'quota_agent' }), RateLimitError, { status: 429, code: 'insufficient_quota' });
  await refused(ask({ model: 'timeout_agent' }), InternalServerError, { status: 504, code: 'timeout' });
  await refused(ask({ model: 'rate_limited_agent' }), RateLimitError, { status: 429, code: 'rate_limit_exceeded' });
  await refused(new OpenAI({ baseURL, apiKey: 'sk-wrong' }).models.list(), AuthenticationError, { code: 'invalid_api_key' });
});

test('an error before the first word of a stream is no stream', async () => {
  await refused(ask({ model: 'content_filter_agent', stream: true }), BadRequestError, { code: 'content_filter' });
});

test('a stream that breaks is an error, and what had come is there', async () => {
  const stream = await client.chat.completions.create({ model: 'broken_agent', messages: hello, stream: true });
  let heard = '';
  const error = await (async () => {
    for await (const chunk of stream) heard += chunk.choices[0].delta.content;
  })().catch((thrown) => thrown);
  assert.equal(heard, 'one two three');
  assert.ok(error instanceof APIError);
  assert.equal(error.code, 'incomplete');
});

// The library tries twice again, unless it is told not to.
async function tries(model) {
  let count = 0;
  const counting = new OpenAI({
    baseURL,
    apiKey,
    fetch: (url, init) => {
      count++;
      return fetch(url, init);
    },
  });
  const result = await counting.chat.completions.create({ model, messages: hello }).catch((error) => error);
  return { count, result };
}

test('retries have one owner', async () => {
  for (const agent of ['quota_agent', 'timeout_agent', 'rate_limited_agent', 'upstream_agent', 'transport_agent']) {
    const { count, result } = await tries(agent);
    assert.ok(result instanceof APIError);
    assert.equal(count, 1, agent);
  }
});

test('who is asked to come back later comes back then', async () => {
  const begin = performance.now();
  const { count, result } = await tries('busy_once_agent');
  assert.equal(count, 2);
  assert.equal(result.choices[0].message.content, 'now');
  assert.ok(performance.now() - begin >= 150, 'not before the time');
});
