import type { LabPage } from '../lab/start-lab.ts'
import { bundle, withoutGlobals } from './bundle.ts'

/** What the browsers load: the suite, and the suite without newer globals at `/bare`. */
export async function pages(): Promise<Record<string, LabPage>> {
  const options = { conditions: ['@vectrade/source', 'browser'] }
  return {
    '/': page('/suite.js'),
    '/suite.js': script(await bundle('page', 'iife', options)),
    '/bare': page('/bare.js'),
    '/bare.js': script(await bundle('page', 'iife', { ...options, inject: [withoutGlobals] })),
  }
}

function page(source: string): LabPage {
  return { type: 'text/html', text: `<!doctype html><script src="${source}"></script>` }
}

function script(text: string): LabPage {
  return { type: 'text/javascript', text }
}
