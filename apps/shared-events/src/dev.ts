import process from 'node:process'
import { createAnalyst } from './analyst.ts'
import { createGateway } from './gateway.ts'
import { listen } from './listen.ts'
import { createSite } from './site.ts'

const analyst = await listen(createAnalyst())
const gateway = createGateway({ analyst: analyst.url })
const site = await listen(await createSite(gateway), Number(process.env['PORT'] ?? 3000))
console.log('Answers and prices are simulated: no model, no market data.')
console.log(`The analyst listens at ${analyst.url}`)
console.log(`The gateway and the page are at ${site.url}`)
