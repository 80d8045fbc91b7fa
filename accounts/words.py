"""Words of django-allauth that we say in our own way: written here so that our catalogue keeps them."""

from django.utils.translation import gettext_noop as _

SAID_OUR_WAY = (
    _("A user is already registered with this email address."),
    _("A user is already registered with this phone number."),
    _("Backup key"),
    _("Be patient, you are sending too many requests."),
    _("Current Password"),
    _("Email"),
    _("Email address"),
    _("Forgot your password?"),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Key nr. {number}"),
    _("Master key"),
    _("New Password"),
    _("New Password (again)"),
    _("Password"),
    _("Password (again)"),
    _("Please type your current password."),
    _("Signed out of all other sessions."),
    _("The email address and/or password you specified are not correct."),
    _("The new value must be different from the current one."),
    _("The phone number and/or password you specified are not correct."),
    _("This email address is already associated with this account."),
    _("Too many failed login attempts. Try again later."),
    _("Use a security key"),
    _("Use authenticator app or code"),
    _("Use your password"),
    _("You must type the same password each time."),
)
