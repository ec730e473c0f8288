// bpmn-engine runs the bench's process in memory; one JSON object is printed: instances per CPU-second.
// It has no decision tables: its service is the table as a function, which favours it.
import { readFileSync } from 'node:fs';
import { Engine } from 'bpmn-engine';
import BpmnModdle from 'bpmn-moddle';
import * as elements from 'bpmn-elements';
import serialize, { TypeResolver } from 'moddle-context-serializer';

const SECONDS = Number(process.argv[2] ?? 4);
const KINDS = ['invoice', 'refund', 'query'];
const model = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="d" targetNamespace="https://example.org/bench"><process id="work" isExecutable="true">
<startEvent id="s"/><businessRuleTask id="rule" implementation="\${environment.services.route}"/>
<exclusiveGateway id="gw" default="f4"/><userTask id="user"/><endEvent id="e"/>
<scriptTask id="script" scriptFormat="js"><script>environment.output.fee = environment.variables.amount * 0.02; next();
</script></scriptTask>
<sequenceFlow id="f1" sourceRef="s" targetRef="rule"/><sequenceFlow id="f2" sourceRef="rule" targetRef="gw"/>
<sequenceFlow id="f3" sourceRef="gw" targetRef="script"><conditionExpression xsi:type="tFormalExpression"
>\${environment.output.straight}</conditionExpression></sequenceFlow>
<sequenceFlow id="f4" sourceRef="gw" targetRef="user"/><sequenceFlow id="f5" sourceRef="script" targetRef="e"/>
<sequenceFlow id="f6" sourceRef="user" targetRef="e"/></process></definitions>`;

function item(number) {
  const mixed = Number((BigInt(number) * 2654435761n) & 0xffffffffn);
  return { kind: KINDS[mixed % 3], amount: Math.floor(mixed / 16) % 2000, prio: 1 + (Math.floor(mixed / 65536) % 5) };
}

function auto({ kind, amount, prio }) {
  return kind === 'invoice' ? amount <= 1000 || prio <= 2 : kind === 'refund' && amount <= 200;
}

const services = {
  route(scope, callback) {
    scope.environment.output.straight = auto(scope.environment.variables);
    callback(null, scope.environment.output.straight ? 'auto' : 'manual');
  },
};
const moddle = new (BpmnModdle.default ?? BpmnModdle)();
const sourceContext = (serialize.default ?? serialize)(await moddle.fromXML(model), TypeResolver(elements));

async function run(number) {
  const engine = new Engine({ name: 'work', sourceContext, variables: item(number), services });
  const execution = await engine.execute();
  const waiting = execution.getPostponed().filter((one) => one.type === 'bpmn:UserTask');
  if (waiting.length) waiting[0].signal({ approved: true });
  if (engine.state !== 'idle' || engine.execution.isRunning || execution.getPostponed().length) throw new Error(`${number} did not end: ${engine.state}`);
  if (auto(item(number)) !== !waiting.length) throw new Error(`${number} went another way`);
}

for (let number = 0; number < 20; number += 1) await run(number);
const begun = process.hrtime.bigint();
const cpu = process.cpuUsage();
let done = 0;
while (Number(process.hrtime.bigint() - begun) / 1e9 < SECONDS) await run((done += 1));
const spent = process.cpuUsage(cpu);
const { version } = JSON.parse(readFileSync(new URL('node_modules/bpmn-engine/package.json', import.meta.url)));
process.stdout.write(`${JSON.stringify({ per_cpu_s: (done * 1e6) / (spent.user + spent.system), instances: done, version })}\n`);
