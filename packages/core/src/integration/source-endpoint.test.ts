import { answerFromSource } from '../test-support/subject.ts'

// All tests of endpoints and stored streams once more. Here, the endpoints answer from a source.
answerFromSource()
await import('../serve/handler.test.ts')
await import('../serve/stored-streams.test.ts')
await import('../serve/stored-response.test.ts')
await import('./handler-failures.test.ts')
await import('./handler-upstream-errors.test.ts')
await import('./resume.test.ts')
