// GraphiQL with a field for the API key. Everything is bundled: the page works without a network.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createElement as h, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';

const WORKERS = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
globalThis.MonacoEnvironment = { getWorker: (_, label) => new Worker(`/graphiql/${WORKERS[label] ?? 'editor.worker.js'}`, { type: 'module' }) };

// Kept for this tab only: a key in localStorage would outlive the work that it was for.
const KEY = 'tenor-api-key';

/** As keys look when all of one is there: before that the schema is not asked for, which would only be refused. */
const WHOLE = /^tnr_[0-9a-f]{32}_[0-9a-f]{16}_[\w-]{43}$/;

const EXAMPLE = '# Paste an API key above, then press the arrow.\n{\n  ledger {\n    version\n    position\n    lag\n  }\n}\n';

function Page() {
  const [key, setKey] = useState(sessionStorage.getItem(KEY) ?? '');
  const used = WHOLE.test(key) ? key : '';
  const fetcher = useMemo(() => createGraphiQLFetcher({ url: '/graphql', headers: used ? { authorization: `Bearer ${used}` } : {} }), [used]);
  const change = (event) => {
    sessionStorage.setItem(KEY, event.target.value.trim());
    setKey(event.target.value.trim());
  };
  const field = h(
    'label',
    { className: 'key' },
    'API key',
    h('input', {
      type: 'password',
      autoComplete: 'off',
      value: key,
      onChange: change,
      placeholder: 'as printed at the first start, or by tenor key create',
    }),
  );
  const schema = used ? undefined : null;
  return h(
    'div',
    { className: 'page' },
    field,
    h('div', { className: 'editor' }, h(GraphiQL, { key: used, fetcher, schema, defaultQuery: EXAMPLE })),
  );
}

createRoot(document.getElementById('root')).render(h(Page));
