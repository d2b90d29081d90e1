import { jsonAnswer, sendAnswer, type Answer, type IngressRoute } from '@trunkline/gateway-kit';
import { contentSecurityPolicy } from '../security-headers.ts';
import { apiDocument } from './api-document.ts';
import { referencePage, referencePaths } from './reference-page.ts';
import { referenceStyle } from './reference-style.ts';

/** What the API says about itself: the document, and a page of it for people. Needs no token. */
export function referenceRoutes(): IngressRoute[] {
  const document = apiDocument();
  const policy = { 'content-security-policy': contentSecurityPolicy({ 'style-src': "'self'" }) };
  return [
    serve(referencePaths.document, jsonAnswer(200, document)),
    serve(referencePaths.page, textAnswer('text/html', referencePage(document), policy)),
    serve(referencePaths.style, textAnswer('text/css', referenceStyle)),
  ];
}

function serve(path: string, answer: Answer): IngressRoute {
  return { path, methods: { GET: async ({ res }) => sendAnswer(res, answer) } };
}

function textAnswer(type: string, body: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'content-type': `${type}; charset=utf-8`, ...headers }, body };
}
