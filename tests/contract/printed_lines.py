"""What the source documents print to be typed, imported or read, line by line; addresses are walked elsewhere."""

CREATE_USER = (
    "personal_automations user create --email user@example.com --password secret --superuser"
)
# In an order in which they work. With `uv run` before some of them, too.
RUN_ONCE = (
    "cp .env.example .env",
    "python migrate.py upgrade",
    "alembic current",
    'alembic revision --autogenerate -m "description"',
    "alembic downgrade -1",
    "alembic upgrade head",
    "alembic history",
    "python seed.py",
)
SERVERS = (
    "python main.py",
    "uvicorn main:app --reload",
    "uvicorn main:app --reload --port 8000",
    "uvicorn main:app --host 0.0.0.0 --port 8000 --workers 4",
)
# What stands for a line that differs here: it has to work in its place.
INSTEAD = {
    "uvicorn app.main:app --reload --port 8000": "uvicorn questlog.main:app --reload --port 8000",
    'pytest tests/test_tasks.py -k "complete"': 'pytest tests/api/test_tasks.py -k "complete"',
}
TESTS = ("pytest tests/api/test_auth.py -v", INSTEAD['pytest tests/test_tasks.py -k "complete"'])
# Run by tests/cli/test_printed_commands.py and tests/contract/test_document_003_jobs.py.
COMMAND_LINE = (
    'personal_automations db migrate -m "Add new field"',
    "personal_automations db upgrade",
    "personal_automations db downgrade -1",
    "personal_automations db current",
    "personal_automations db history",
    "personal_automations taskiq worker",
    "personal_automations taskiq scheduler",
    "personal_automations server run --reload",
    "personal_automations server routes",
    "personal_automations user create",
    CREATE_USER,
    "personal_automations user list",
    "personal_automations user set-role user@example.com --role admin",
    "personal_automations cmd seed --count 100",
)
# These install, take minutes, or need what is not installed here.
ONLY_TOLD = (
    "python -m venv venv",
    "source venv/bin/activate",
    "pip install -r requirements-dev.txt",
    "pip install -r requirements.txt",
    "gunicorn main:app --workers 4 --worker-class uvicorn.workers.UvicornWorker",
    "make test",
    "make test-cov",
    "pytest -v",
    "uv run pytest tests/api/test_auth.py -v",
)
READ = {
    "000": (
        "python-jose",
        "LiteLLM",
        "drop_params=True",
        "app/services/ai_service.py",
        "app/migrations/",
        "dev_code",
        "JWT_SECRET",
        "chat()",
        "analyze_productivity()",
        "weekly_retrospective()",
        "onboarding_chat()",
    ),
    "001": (
        "cd backend",
        "from sqlmodel import SQLModel, Field",
        "HTTPException",
        "tests/test_tasks.py",
        "specs/database/schema.md",
        "specs/api/rest-endpoints.md",
        "postgresql+psycopg://user:pass@host/db",
        "BETTER_AUTH_SECRET",
        "3.13+",
        "toggles",
    ),
    "002": (
        "create_all_tables()",
        "Depends(get_db)",
        '@app.on_event("startup")',
        "sqlite:///./test.db",
        "JWT_SECRET_KEY",
        "SMTP_SERVER",
        '"Pending"',
        '"Medium"',
        "bcrypt",
        "alembic/versions/",
        "alembic/MIGRATIONS.md",
        "API_DOCUMENTATION.md",
        "DB_SETUP.md",
        "MIGRATION_GUIDE.md",
        "PROJECT_STRUCTURE.md",
        "specs/plan.md",
        "http://localhost:8000/docs",
        "/redoc",
    ),
    "003": (
        "from app.core.config import settings",
        "settings.DATABASE_URL",
        "settings.SECRET_KEY",
        "settings.OPENAI_API_KEY",
        'NotFoundError(message="User not found", details={"user_id": user_id})',
        "from app.services.user import UserService",
        "from app.services.conversation import ConversationService",
        "from app.services.session import SessionService",
        "from app.commands import command, success",
        "from app.worker.taskiq_app import broker",
        "app/worker/tasks/examples.py",
        'send_email_task.kiq("user@example.com", "Hello", "Body text")',
        "AI_MODEL",
        "gpt-4o-mini",
    ),
    "004": ("Python 3.9+", "Depends(get_current_user)"),
}
