"""What ./run starts on a bare machine: Postgres and Valkey from wheels, worker and web, under one supervisor.

Nothing here is used in production (docker-compose.yml is that path) and nothing here imports Django: every Django
command runs as a child process with the environment that `stack.Stack.environment` describes.
"""
