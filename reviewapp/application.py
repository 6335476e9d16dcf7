"""Builds the application that all processes have: settings, extensions, adapters. `reviewapp.create_app` adds pages."""

from __future__ import annotations

import base64
from datetime import timedelta

from flask import Flask
from redis import Redis

from reviewapp import clock, logs, queueing, schemes, sealing
from reviewapp.bank import bank_from_url
from reviewapp.bank.template import Template, TemplateError, load_templates
from reviewapp.config import PROJECT, BadSetting, Settings
from reviewapp.db import tune
from reviewapp.extensions import babel, bootstrap, csrf, db, limiter, migrate, sessions
from reviewapp.queries.shelf import PublishedShelf
from reviewapp.signing import Signer
from reviewapp.sms import sms_for
from reviewapp.storage import storage_from_url

#: One upload request carries one file; a file may have 25 MB, the form around it a little.
_MAX_REQUEST = 26 * 1024 * 1024


def build(settings: Settings | None = None) -> Flask:
    """The application for `settings` (default: from the environment) as far as processes without pages need it."""
    settings = settings or Settings.from_environment()
    app = Flask("reviewapp", template_folder=str(PROJECT / "templates"))
    app.config.from_mapping(_flask_config(settings))
    logs.configure()
    sealing.use(sealing.Sealer(settings.seal_key, settings.index_key))
    clock.use(settings.data / "demo-clock" if settings.demo_mode else None)
    _attach_adapters(app, settings)
    _initialise_extensions(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    settings.data.mkdir(parents=True, exist_ok=True)
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "MAX_CONTENT_LENGTH": _MAX_REQUEST,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "SESSION_TYPE": "redis",
        "SESSION_REDIS": Redis.from_url(settings.redis_url),
        "SESSION_PERMANENT": True,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_STORAGE_URI": settings.redis_url.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_SWALLOW_ERRORS": True,
        **_security_config(settings),
    }


def _security_config(settings: Settings) -> dict[str, object]:
    return {
        "SECURITY_URL_PREFIX": "/staff",
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"username": {"mapper": _username, "case_insensitive": False}}],
        "SECURITY_USERNAME_ENABLE": False,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TOTP_SECRETS": {"1": settings.secret_key},
        "SECURITY_TOTP_ISSUER": "reviewapp",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(settings.seal_key)],
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": "/password",
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_POST_LOGIN_VIEW": "/home",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_I18N_DOMAIN": "flask_security",
    }


def _username(identity: str) -> str | None:
    text = identity.strip()
    return text if 0 < len(text) <= 60 else None


def _attach_adapters(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    app.extensions["signer"] = Signer(settings.sign_key)
    app.extensions["storage"] = storage_from_url(settings.storage_url)
    app.extensions["bank"] = bank_from_url(settings.bank_url)
    app.extensions["bank_templates"] = _bank_templates(settings)
    app.extensions["sms"] = sms_for(settings)
    app.extensions["doorbell"] = queueing.Doorbell.at(settings.redis_url)


def _bank_templates(settings: Settings) -> dict[str, Template]:
    try:
        return load_templates(settings.bank_templates)
    except TemplateError as error:
        raise BadSetting(str(error)) from None


def _initialise_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        tune(db.engine)
        schemes.use(PublishedShelf(db.engine))
    migrate.init_app(app, db)
    csrf.init_app(app)
    babel.init_app(app, default_locale="zh_Hans_CN", default_timezone="Asia/Shanghai")
    bootstrap.init_app(app)
    limiter.init_app(app)
    sessions.init_app(app)
