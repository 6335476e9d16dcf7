"""The Flask extensions, made here and initialised in `create_app`."""

from __future__ import annotations

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_security import Security
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from reviewapp import queueing
from reviewapp.config import PROJECT
from reviewapp.models.base import Base
from reviewapp.one_time import OneTimeTotp

db = SQLAlchemy(model_class=Base)
migrate = Migrate(directory=str(PROJECT / "reviewapp" / "migrations"), render_as_batch=True)
csrf = CSRFProtect()
babel = Babel()
bootstrap = Bootstrap5()
limiter = Limiter(get_remote_address)
sessions = Session()
security = Security(totp_cls=OneTimeTotp)

queueing.listen(db.session)
