# The production image: web, worker, beat and the one-shot migrate run from it (docker-compose.yml).
FROM python:3.12-slim-bookworm

ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/servicedesk --shell /usr/sbin/nologin servicedesk

WORKDIR /srv/servicedesk
COPY requirements.lock ./
RUN pip install -q --require-hashes -r requirements.lock
COPY . .
# Both need settings, but none of the real secrets.
RUN python -c "from servicedesk import translations; translations.compile_all()" \
    && SERVICEDESK_MODE=production SECRET_KEY=only-while-building SITE_URL=https://build.invalid ALLOWED_HOSTS=build.invalid \
       DATABASE_URL=postgres:///none REDIS_URL=redis://none EMAIL_URL=smtp://none DEFAULT_FROM_EMAIL=none@build.invalid \
       python manage.py collectstatic --noinput -v 0 \
    && mkdir -p /srv/media && chown servicedesk:servicedesk /srv/media

USER servicedesk
ENV MEDIA_ROOT=/srv/media XDG_CACHE_HOME=/tmp
VOLUME /srv/media
EXPOSE 8000
CMD ["gunicorn", "servicedesk.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "8", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--timeout", "60", "--access-logfile", "-"]
