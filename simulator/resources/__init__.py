"""The API's resources, one module each; a module's ROUTES join the application."""
