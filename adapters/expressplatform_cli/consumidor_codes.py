"""Our codes for the words of consumidor.gov.br: problem to `Nature`, area and subject to `Category`.

Laws of this module
- The first line that matches decides; the exact problem comes before its group, and OTHER is the last resort.
- A word is compared by a fragment in lower case without accents, since the service reworded its lists over
  the years ("Não entrega / demora na entrega do produto", "Não entrega/demora ...").
- The crosswalk is ours, not the service's.
"""

from typing import Final, TypeVar

from expressplatform.codes import Category, Nature
from expressplatform_cli.consumidor_file import fold

T = TypeVar("T")

_PROBLEMS: Final = (
    ("falsificado", Nature.COUNTERFEIT),
    ("nao entrega do contrato", Nature.CONTRACT),
    ("nao entrega", Nature.NON_DELIVERY),
    ("servico nao realizado no prazo", Nature.LATE_DELIVERY),
    ("demora na montagem", Nature.LATE_DELIVERY),
    ("diferente do pedido", Nature.NOT_AS_DESCRIBED),
    ("entregue incompleto", Nature.NOT_AS_DESCRIBED),
    ("falta de assistencia tecnica", Nature.AFTER_SALES),
    ("falta de peca", Nature.AFTER_SALES),
    ("danificad", Nature.DEFECTIVE),
    ("nao funciona", Nature.DEFECTIVE),
    ("odor, sabor", Nature.DEFECTIVE),
    ("peso, volume", Nature.MEASUREMENT),
    ("recall", Nature.SAFETY),
    ("risco, dano fisico", Nature.SAFETY),
    ("arrependimento", Nature.RETURN_REFUSED),
    ("devolucao", Nature.RETURN_REFUSED),
    ("reembolso", Nature.RETURN_REFUSED),
    ("constrangimento ou ameaca", Nature.DIGNITY),
    ("descortesia", Nature.SERVICE_QUALITY),
    ("mau atendimento", Nature.SERVICE_QUALITY),
    ("publicidade abusiva", Nature.FALSE_PUBLICITY),
    ("enganosa", Nature.FALSE_PUBLICITY),
    ("informacoes incompletas", Nature.FALSE_PUBLICITY),
    ("venda casada", Nature.SALES_PRACTICE),
    ("negativacao", Nature.ACCOUNT),
    ("clonagem", Nature.ACCOUNT),
    ("falha de seguranca", Nature.ACCOUNT),
    ("fidelidade", Nature.SALES_PRACTICE),
    ("boleto", Nature.PRICE),
    ("preco", Nature.PRICE),
    ("cobranca", Nature.PRICE),
    ("contrato", Nature.CONTRACT),
    ("contratar", Nature.CONTRACT),
    ("apolice", Nature.CONTRACT),
    ("sac ", Nature.SERVICE_QUALITY),
    ("atendimento", Nature.SERVICE_QUALITY),
)
_GROUPS: Final = (
    ("entrega", Nature.NON_DELIVERY),
    ("qualidade", Nature.DEFECTIVE),
    ("cobranca", Nature.PRICE),
    ("atendimento", Nature.SERVICE_QUALITY),
    ("informacao", Nature.FALSE_PUBLICITY),
    ("saude", Nature.SAFETY),
    ("contrato", Nature.CONTRACT),
)
_SUBJECTS: Final = (
    ("vestuario", Category.CLOTHING),
    ("cosmetico", Category.COSMETICS),
    ("perfum", Category.COSMETICS),
    ("moveis", Category.HOME),
    ("utilidades domesticas", Category.HOME),
    ("crianca", Category.TOYS),
    ("ingresso", Category.TICKETS),
    ("medicamento", Category.HEALTH),
)
_AREAS: Final = (
    ("eletrodomesticos", Category.APPLIANCES),
    ("telefonia e informatica", Category.ELECTRONICS),
    ("telecomunica", Category.TELECOM),
    ("alimento", Category.FOOD),
    ("saude", Category.HEALTH),
    ("turismo", Category.TRAVEL),
    ("transporte", Category.TRAVEL),
    ("financeiro", Category.FINANCE),
    ("educacao", Category.EDUCATION),
    ("produto", Category.OTHER_GOODS),
    ("servico", Category.OTHER_SERVICES),
)


def nature(problem: str, problem_group: str = "") -> Nature:
    """What went wrong, by the problem; where that is unknown, by its group; else `Nature.OTHER`."""
    return _first(problem, _PROBLEMS) or _first(problem_group, _GROUPS) or Nature.OTHER


def category(area: str, subject: str = "") -> Category:
    """What was bought, by the subject where it tells, by the area otherwise; else `Category.OTHER_GOODS`."""
    return _first(subject, _SUBJECTS) or _first(area, _AREAS) or Category.OTHER_GOODS


def _first(text: str, table: tuple[tuple[str, T], ...]) -> T | None:
    words = fold(text)
    return next((code for fragment, code in table if fragment in words), None)
