export * from '@vectrade/test-kit/raw-server'
