"""Chinese text made by rule, the same in every run; real messages are mixed in where the folder is there."""

import json
import os
import random
from pathlib import Path

PLACES = (
    "五四路", "温泉公园", "学军路", "六一路", "上下杭", "烟台山", "白马河", "晋安河", "闽江公园", "金山大道",
    "则徐大道", "鼓山", "三坊七巷", "茶亭", "台江步行街",
)  # fmt: skip
THINGS = (
    "红绿灯", "斑马线", "公交站", "社区食堂", "学校食堂", "电梯", "停车场", "路灯", "井盖", "内河", "公园厕所",
    "图书馆", "菜市场", "古树", "温泉澡堂", "养老院",
)  # fmt: skip
TROUBLES = (
    "坏了半个月没人修", "高峰时排队太长", "老人不方便使用", "晚上没有照明", "没有公示牌", "经常有积水",
    "信息更新不及时", "位置不好找",
)  # fmt: skip
WISHES = (
    "请安排检修并公布时间", "建议增加两处", "希望延长开放时间", "建议公布负责人和电话", "请每月公开一次数据",
    "建议听取居民意见",
)  # fmt: skip
REASONS = (
    "周边有三个小区和一所小学", "附近住着许多独居老人", "游客也很多", "上下班都要经过", "已经反映过两次",
    "去年曾经整改过",
)  # fmt: skip
MESSAGES = Path(os.environ.get("BENCH_MESSAGES", Path(__file__).parents[2] / "shared/data/messages"))


def real_texts() -> list[tuple[str, str]]:
    """(title, text) of every message at hand; empty on a machine without them."""
    found = []
    for path in sorted(MESSAGES.glob("*.jsonl")) if MESSAGES.is_dir() else []:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("subject") and row.get("body"):
                found.append((row["subject"].replace("\0", "")[:200], row["body"].replace("\0", "")[:12000]))
    return found


def made_text(dice: random.Random) -> tuple[str, str]:
    """A title of about 18 characters and a text of 60 to 500."""
    place, thing, trouble = dice.choice(PLACES), dice.choice(THINGS), dice.choice(TROUBLES)
    sentences = [f"{place}的{thing}{trouble}，{dice.choice(REASONS)}。" for _n in range(1)]
    for _n in range(dice.randint(1, 12)):
        sentences.append(f"{dice.choice(PLACES)}{dice.choice(THINGS)}{dice.choice(TROUBLES)}，{dice.choice(WISHES)}。")
    return f"{place}{thing}{trouble}", "".join(sentences)


def texts(count: int, seed: int = 20261122):
    """``count`` pairs: every third a real one where there are any."""
    dice, real = random.Random(seed), real_texts()
    for n in range(count):
        yield dice.choice(real) if real and n % 3 == 0 else made_text(dice)
