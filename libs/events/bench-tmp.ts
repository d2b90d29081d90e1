import { readEvent, readTurn, eventFingerprint, canonicalJson, canonicalTarget, targetKey, turnIdOf, readOutput } from './src/index.ts';
const event = { specversion:'1.0', id:'Ev0123456789', source:'/connectors/slack/team', type:'trunkline.message.created', subject:'slack:team:C012:1700000000.000100', time:'2026-01-01T00:00:00.000Z', datacontenttype:'application/json', dataschema:'urn:trunkline:event:1.0', connector:'slack/team', platform:'slack', partitionkey:'slack:team:C012:1700000000.000100', traceparent:'00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
 data:{ connector:{kind:'slack',name:'team'}, platform:'slack', actor:{id:'U012',name:'Ana',is_bot:false}, conversation:{key:'slack:team:C012:1700000000.000100',kind:'thread',path:['T012','C012','1700000000.000100']}, content:{text:'Hello '.repeat(30), markdown:'Hello '.repeat(20), attachments:[{asset_id:'a_1',file_name:'x.png',media_type:'image/png',byte_length:10}]}, message:{id:'1700000000.000200',thread_id:'1700000000.000100'}, relation:{kind:'reply_to',target_message_id:'1700000000.000100'}, binding_keys:[{key:'slack:team:C012:1700000000.000100',origin:'conversation'}], reply_targets:[{channel_id:'C012',connector:'team',thread_ts:'1700000000.000100',type:'slack'}], session:{natural_session_id:'slack:team:C012:1700000000.000100', policy:{create_if_missing:true,capability_scope:{},credential_scope:{route_allow:['openai']}}}, metadata:{a:1,b:{c:[1,2,3]},d:'x'} } };
const text = JSON.stringify(event); console.log('bytes', text.length);
const turn = { v:1, turn_id:'trn_x', session:{session_id:'s',generation:1,capability_scope:{},credential_scope:{}}, seq:1, event, reply_targets: event.data.reply_targets, reply_handle:'h'.repeat(300), output_subject:'tl.outputs.1.s'};
const turnText = JSON.stringify(turn);
const r = readEvent(JSON.parse(text)); if(!r.ok) throw new Error(r.problems.join()); if(!readTurn(turn).ok) throw new Error('turn');
const r2=r.value;
function bench(name: string, f: ()=>unknown, n=5000){ for(let i=0;i<10000;i++) f(); const best=[]; for(let k=0;k<25;k++){const t=performance.now(); for(let i=0;i<n;i++) f(); best.push((performance.now()-t)*1000/n);} console.log(name.padEnd(30), Math.min(...best).toFixed(2),'us'); }
bench('JSON.parse', ()=>JSON.parse(text));
bench('JSON.stringify', ()=>JSON.stringify(event));
bench('readEvent (parsed)', ()=>readEvent(event));
bench('readEvent (text)', ()=>readEvent(JSON.parse(text)));
bench('readTurn (text)', ()=>readTurn(JSON.parse(turnText)));
bench('canonicalJson', ()=>canonicalJson(event));
bench('eventFingerprint', ()=>eventFingerprint(r2));
bench('canonicalTarget slack', ()=>canonicalTarget(event.data.reply_targets[0]));
bench('canonicalTarget http', ()=>canonicalTarget({type:'http',url:'https://a.example/x',headers:{'X-A':'1'}}));
const h = canonicalTarget(event.data.reply_targets[0]); bench('targetKey', ()=>targetKey(h));
bench('turnIdOf', ()=>turnIdOf('slack','team','Ev1'));
bench('readOutput', ()=>readOutput({output_id:'o',session_id:'s',turn_id:'t',reply_handle:'x'.repeat(300),content:'hello'}));
