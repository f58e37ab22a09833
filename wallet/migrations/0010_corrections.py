"""Corrections and their laws: four eyes, one decision, and exactly the transfer it was about."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids

FORWARD = """
-- A correction begins as a proposal about two accounts of its book; from then on only the decision
-- is written, once. What was approved is the very transfer that was proposed.
create function wallet_correction_law() returns trigger language plpgsql as $$
declare
  t wallet_transfer%rowtype;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'proposed' then
      perform wallet_refuse('correction-undecided', new.public_id);
    elsif (select count(*) from wallet_account
           where id in (new.debit_account_id, new.credit_account_id) and book = new.book) <> 2 then
      perform wallet_refuse('books-differ', new.public_id);
    end if;
    return new;
  end if;
  if old.state <> 'proposed' or new.state = 'proposed'
     or (new.id, new.public_id, new.book, new.debit_account_id, new.credit_account_id,
         new.amount_rials, new.reason, new.proposed_by_id, new.proposed_at, new.expires_at)
     <> (old.id, old.public_id, old.book, old.debit_account_id, old.credit_account_id,
         old.amount_rials, old.reason, old.proposed_by_id, old.proposed_at, old.expires_at) then
    perform wallet_refuse('correction-immutable', old.public_id);
  end if;
  if new.state = 'approved' then
    select * into t from wallet_transfer where id = new.transfer_id;
    if (t.key, t.kind, t.reason, t.book, t.debit_account_id, t.credit_account_id, t.amount_rials)
       is distinct from (new.public_id::text, 'posted', 'correction', new.book::text,
         new.debit_account_id, new.credit_account_id, new.amount_rials) then
      perform wallet_refuse('correction-is-its-transfer', new.public_id);
    end if;
  end if;
  return new;
end $$;
create trigger wallet_correction_lawful before insert or update on wallet_correction
  for each row execute function wallet_correction_law();
create trigger wallet_correction_kept before delete on wallet_correction
  for each row execute function wallet_refuse_change();
create trigger wallet_correction_no_truncate before truncate on wallet_correction
  for each statement execute function wallet_refuse_change();
"""
BACKWARD = """
drop trigger wallet_correction_no_truncate on wallet_correction;
drop trigger wallet_correction_kept on wallet_correction;
drop trigger wallet_correction_lawful on wallet_correction;
drop function wallet_correction_law();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0004_money_in_and_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", core.ids.PublicIdField(prefix="cor")),
                ("book", models.CharField(choices=[("live", "Real money"), ("test", "Test money")], max_length=4, verbose_name="book")),
                ("amount_rials", models.BigIntegerField(verbose_name="amount")),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("state", models.CharField(choices=[("proposed", "Proposed"), ("approved", "Approved"), ("rejected", "Rejected"), ("expired", "Expired")], default="proposed", max_length=8, verbose_name="state")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("decision_reason", models.TextField(default="", max_length=2000, verbose_name="reason of the decision")),
                ("debit_account", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wallet.account", verbose_name="debit")),
                ("credit_account", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wallet.account", verbose_name="credit")),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="decided by")),
                ("proposed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="proposed by")),
                ("transfer", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="correction", to="wallet.transfer")),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "permissions": [("propose_correction", "Can propose corrections"), ("approve_correction", "Can approve and reject corrections")],
                "default_permissions": ("view",),
                "indexes": [models.Index(condition=models.Q(("state", "proposed")), fields=["expires_at"], name="wallet_correction_waiting")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("decided_by", None), models.Q(("decided_by", models.F("proposed_by")), _negated=True), _connector="OR"), name="wallet_correction_four_eyes"),
                    models.CheckConstraint(condition=models.Q(("debit_account", models.F("credit_account")), _negated=True), name="wallet_correction_two_accounts"),
                    models.CheckConstraint(condition=models.Q(("amount_rials__gte", 1), ("amount_rials__lte", 9007199254740991)), name="wallet_correction_amount"),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="wallet_correction_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("state", "proposed"), ("transfer", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by", None), ("state", "expired"), ("transfer", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False), ("state", "rejected"), ("transfer", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False), ("state", "approved"), ("transfer__isnull", False)),
                            _connector="OR",
                        ),
                        name="wallet_correction_state",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
