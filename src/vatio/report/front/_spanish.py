"""The front's strings in Spanish."""

STRINGS = {
    "front_kicker": "Modelo optimizado",
    "front_title": "{model}: {headline}",
    "front_keep": "Conserve el modelo como está",
    "front_times": "{times} veces más barato",
    "front_times_at": "{times} veces más barato con lote {batch}",
    "front_loss_none": (
        "Elegido de modo que no se pierda nada de {metric}, certificado con una confianza del {confidence} en casos que "
        "la búsqueda no ha visto."
    ),
    "front_loss": (
        "Elegido de modo que se pierda como mucho {loss} de {metric}, certificado con una confianza del {confidence} en "
        "casos que la búsqueda no ha visto."
    ),
    "front_keep_why": (
        "De nada más barato se pudo certificar que pierda como mucho {loss} de {metric} con una confianza del "
        "{confidence}; las notas dicen por qué."
    ),
    "front_unit_j": "Los costes son julios contados por un sensor, medidos por turnos con el modelo como está.",
    "front_unit_cpu_s": (
        "Los costes son segundos de CPU, medidos por turnos con el modelo como está; hacen las veces de la energía, pues "
        "aquí ningún sensor cuenta julios."
    ),
    "front_search": "La búsqueda costó {cost} en {trials} pruebas",
    "front_search_one": "La búsqueda costó {cost} en una prueba",
    "front_repaid": ", amortizada tras {calls} respuestas con lote {batch}.",
    "front_repaid_in": ", amortizada tras {calls} respuestas con lote {batch}: {time} a las {rate} diarias que se declararon.",
    "front_batch": "Lote {batch}",
    "front_batch_one": "Un caso por llamada",
    "front_batch_many": "{batch} casos por llamada",
    "front_tile_keep": "sin cambio",
    "front_tile_why": "nada más barato quedó certificado",
    "front_tile_search": "La propia búsqueda",
    "front_tile_trials": "{trials} pruebas",
    "front_tile_payback": "Amortizada tras",
    "front_tile_answers": "respuestas",
    "front_never": "nunca",
    "front_chain_none": "el modelo como está",
    "front_picture_title": "Coste y calidad",
    "front_picture_name": "{metric} según el coste de 1 000 respuestas, lote {batch}",
    "front_axis_j": "J por 1 000 respuestas (logarítmico)",
    "front_axis_cpu_s": "s de CPU por 1 000 respuestas (logarítmico)",
    "front_as_it_is": "como está",
    "front_limit": "como mucho {loss} de pérdida",
    "front_key_baseline": "el modelo como está",
    "front_key_certified": "certificado",
    "front_key_chosen": "elegido",
    "front_key_open": "sin certificar",
    "front_key_rejected": "probado y descartado",
    "front_picture_note": (
        "A la izquierda es más barato; arriba, mejor. Los números son los de la tabla. La barra vertical es el intervalo "
        "del cambio de calidad frente al modelo como está, en los casos que certifican; la horizontal, el del coste. Las "
        "cruces grises se probaron y descartaron: su calidad es la de los casos que seleccionan. Un triángulo queda más "
        "allá del borde."
    ),
    "front_spoken": "{name}: {cost}, {metric} {quality}, {state}.",
    "front_points_title": "Los puntos",
    "front_chain": "Modelo",
    "front_cost_j": "J / 1 000",
    "front_cost_cpu_s": "s de CPU / 1 000",
    "front_times_head": "Veces más barato",
    "front_change": "Cambio",
    "front_state": "Estado",
    "front_size": "Tamaño",
    "front_latency": "Latencia p50 / p99",
    "front_payback": "Amortizada tras",
    "front_rejected_title": "Probado y descartado, o no probado",
    "front_rejected_note": "También se guarda lo que no rindió: en otra máquina o con otro lote puede rendir.",
    "front_rejected_more": "Hay {count} más en el JSON.",
    "front_reason": "Motivo",
    "front_figure": "Cifra",
    "front_batch_head": "Lote",
    "front_use_title": "Cómo usarlo",
    "front_use_note": (
        "La carpeta se comprueba al abrirla; con otro procesador u otra biblioteca se comparan antes sus respuestas."
    ),
    "front_rule_title": "Cómo se sabe",
    "front_rule_metric": "Calidad",
    "front_rule_loss": "Se puede perder",
    "front_rule_confidence": "Confianza",
    "front_rule_search": "Búsqueda",
    "front_rule_calls": "Respuestas declaradas",
    "front_rule_calls_value": "{rate} al día durante {days} días",
    "front_rule_run": "Ejecución",
    "front_rule_unit": "Comparado",
    "front_notes_title": "Notas",
    "front_run_title": "La búsqueda como ejecución",
    "front_run_note": "Cada prueba es una ejecución propia en el registro, dentro de esta.",
    "front_points_unit": "{value} pt",
    "front_certified": "certificado",
    "front_open": "sin certificar",
    "front_chosen": "elegido",
    "front_baseline": "referencia",
    "tried": "probado",
    "not applicable": "no aplicable",
    "not available": "no disponible",
    "not tried": "no probado",
    "failed": "fallido",
    "stopped": "detenido",
}
