export { createEventSource } from 'eventsource-client'
