import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { installedOrSkipped } from '../helpers/installed.js';
import { serveSandbox } from '../helpers/relay.js';
import { temporaryFolder } from '../helpers/run-cli.js';

const REPLY = 'Nice to meet you, Ada. I will remember your name.';

const PYTHON = `
import http.client, json, sys
connection = http.client.HTTPConnection(sys.argv[1])
headers = {'Content-Type': 'application/json'}
def ask(body, **more):
    connection.request('POST', '/chat', json.dumps(body), {**headers, **more})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()
first = json.loads(ask({'message': 'My name is Ada.', 'conversation_id': None, 'name': None})[1])
print(first['reply'])
print(json.loads(ask({'message': 'What is my name?', 'conversation_id': first['conversation_id']})[1])['reply'])
print(ask({'message': 'hello'}, Accept='text/event-stream')[1].split('\\n')[-4])
print(*ask({'message': None}))
connection.request('POST', '/chat', b'{"message":"hello"}', {**headers, 'Content-Encoding': 'gzip'})
refused = connection.getresponse()
print(refused.status, refused.read().decode())
connection.request('POST', '/chat', b'\\xef\\xbb\\xbf{"message":"hello"}', headers)
print(connection.getresponse().status)
`;

const GO = `package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func ask(body string, headers ...string) (int, string, http.Header) {
	request, _ := http.NewRequest("POST", "http://"+os.Args[1]+"/chat", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	for at := 0; at < len(headers); at += 2 {
		request.Header.Set(headers[at], headers[at+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), answer.Header
}

func main() {
	status, text, _ := ask(\`{"message":"My name is Ada.","conversation_id":null,"name":null}\`)
	fmt.Println(status, strings.Contains(text, "Nice to meet you, Ada."))
	_, text, head := ask(\`{"message":"hello"}\`, "Accept", "text/event-stream")
	last := ""
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "event: ") {
			last = lines.Text()
		}
	}
	fmt.Println(head.Get("Content-Type"), last)
	_, _, head = ask(\`{"message":"hello"}\`, "Accept", "text/event-stream;q=0.5, application/json")
	fmt.Println(head.Get("Content-Type"))
	status, text, _ = ask(\`{"message":null}\`)
	fmt.Println(status, text)
	status, _, _ = ask("\\xef\\xbb\\xbf{\\"message\\":\\"hello\\"}")
	fmt.Println(status)
	status, _, _ = ask(\`{"message":"hello"}\`, "Content-Encoding", "gzip")
	fmt.Println(status)
	_, first, _ := ask(\`{"message":"hello"}\`, "Idempotency-Key", "key-1")
	_, again, head := ask(\`{"message":"hello"}\`, "Idempotency-Key", "key-1")
	fmt.Println(first == again, head.Get("Idempotent-Replayed"))
}
`;

const run = promisify(execFile);
const hostOf = ({ url }: { url: string }): string => new URL(url).host;
const [CURL, PYTHON3, GO_TOOL] = ['curl', 'python3', 'go'].map(installedOrSkipped);

describe('the relay by', () => {
  test.skipIf(CURL === undefined)('curl', async () => {
    const { url } = await serveSandbox();
    const curl = async (...argv: string[]) => (await run('curl', ['-sS', ...argv])).stdout;
    const json = await curl(`${url}/chat`, '-d', '{"message":"My name is Ada."}');
    expect(JSON.parse(json)).toMatchObject({ reply: REPLY });
    const chat = [`${url}/chat`, '-d', '{"message":"hello"}'];
    const events = await curl('-N', '-i', ...chat, '-H', 'Accept: text/event-stream');
    expect(events).toMatch(/^content-type: text\/event-stream; charset=utf-8\r$/im);
    expect(events).toMatch(/\nevent: done\ndata: .*\n\n$/);
    const status = ['-o', '/dev/null', '-w', '%{http_code}'];
    expect(await curl(...status, ...chat, '-H', 'Content-Encoding: gzip')).toBe('415');
    expect(await curl(...status, '-0', '-H', 'Host:', `${url}/health`)).toBe('200');
    expect(await curl(...status, '-x', url, 'http://localhost/health')).toBe('200');
    expect(await curl(...status, '--http1.1', '-H', 'Expect: 100-continue', ...chat)).toBe('200');
  });

  test.skipIf(PYTHON3 === undefined)('Python\u2019s http.client', async () => {
    const relay = await serveSandbox();
    const { stdout } = await run('python3', ['-c', PYTHON, hostOf(relay)]);
    expect(stdout.trim().split('\n')).toEqual([
      REPLY,
      'Your name is Ada.',
      'event: done',
      '400 {"error":"message is required"}',
      '415 {"error":"Content-Encoding is not supported"}',
      '200',
    ]);
  });

  test.skipIf(GO_TOOL === undefined)('Go\u2019s net/http', { timeout: 120_000 }, async () => {
    const relay = await serveSandbox();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'main.go'), GO);
    const env = { ...process.env, HOME: folder, GO111MODULE: 'off' };
    const { stdout } = await run('go', ['run', 'main.go', hostOf(relay)], { cwd: folder, env });
    expect(stdout.trim().split('\n')).toEqual([
      '200 true',
      'text/event-stream; charset=utf-8 event: done',
      'application/json',
      '400 {"error":"message is required"}',
      '200',
      '415',
      'true true',
    ]);
  });
});
