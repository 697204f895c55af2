import type { LabPage } from '../lab/start-lab.ts'
import { bundle, withoutGlobals } from './bundle.ts'

/** Returns the files for browsers: the suite, and at `/bare` the suite without newer globals. */
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
