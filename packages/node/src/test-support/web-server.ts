export * from '@vectrade/test-kit/web-server'
