import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('liaison', '0003_reception_pass_contact'),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddField(
            model_name='deputy',
            name='sought',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat(models.Value(' '), django.db.models.functions.text.Replace('name', models.Value('·')), models.Value(' '), django.db.models.functions.text.Substr(django.db.models.functions.text.Replace('name', models.Value('·')), 2), models.Value(' '), models.Func(django.db.models.functions.text.Lower('pinyin'), models.Value('\\s'), models.Value(''), models.Value('g'), function='regexp_replace'), models.Value(' '), models.Func(django.db.models.functions.text.Lower('pinyin'), models.Value('^\\S+|\\s'), models.Value(''), models.Value('g'), function='regexp_replace'), models.Value(' '), models.Func(django.db.models.functions.text.Lower('pinyin'), models.Value('(?<=\\S)\\S|\\s'), models.Value(''), models.Value('g'), function='regexp_replace'), output_field=models.TextField()), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='deputy',
            index=models.Index(fields=['pinyin', 'id'], name='deputy_order'),
        ),
        migrations.AddIndex(
            model_name='deputy',
            index=django.contrib.postgres.indexes.GinIndex(fields=['sought'], name='deputy_sought', opclasses=['gin_trgm_ops']),
        ),
    ]
