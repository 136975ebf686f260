from django.db import models
from django.utils.translation import gettext_lazy as _


class CommandRun(models.Model):
    """When a command of the timers last did its work on a machine, and when it last failed there."""

    command = models.CharField(_("command"), max_length=60)
    node = models.CharField(_("machine"), max_length=100)
    succeeded_at = models.DateTimeField(_("last done"), null=True, blank=True)
    failed_at = models.DateTimeField(_("last failed"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of a command")
        verbose_name_plural = _("runs of commands")
        # Written by the commands, shown by the health page: nobody edits it.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["command", "node"], name="one_run_a_command_and_node")
        ]

    def __str__(self):
        return f"{self.command} ({self.node})"
