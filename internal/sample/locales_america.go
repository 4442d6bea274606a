package sample

// americanLocales are of the Americas and Australia, in Latin script.
var americanLocales = []locale{
	{
		tag: "en-US", country: "United States", weight: 16,
		cities: []city{
			{"New York", "NY", "100##", "America/New_York", 40.71, -74.01},
			{"Charlotte", "NC", "282##", "America/New_York", 35.23, -80.84},
			{"Chicago", "IL", "606##", "America/Chicago", 41.88, -87.63},
			{"Denver", "CO", "802##", "America/Denver", 39.74, -104.99},
			{"Phoenix", "AZ", "850##", "America/Phoenix", 33.45, -112.07},
			{"Seattle", "WA", "981##", "America/Los_Angeles", 47.61, -122.33},
			{"Honolulu", "HI", "968##", "Pacific/Honolulu", 21.31, -157.86},
		},
		phones:  []string{"(%#%) 555-01##", "%#%-555-01##", "+1 %#% 555 01##"},
		streets: []string{"%## Maple Street", "%### Oak Avenue", "%# Lakeview Drive, Apt %#", "%## County Road %#"},
		female:  "Emma Olivia Sophia Grace Hannah Chloe Zoë Naomi Ruth Denise Tamika Mary-Ann Guadalupe Priya",
		male:    "Liam Noah Mason Ethan Caleb Dylan Marcus Owen Tyrone Walter Hector Ian D'Andre José",
		family:  "Miller Carter Brooks Hayes Foster Bennett Coleman Ramírez O'Neill Nguyen Washburn Patterson Okafor Smith-Lowe",
		notes:   []string{"Prefers the window seat.", "Call before the visit.", "Brings a service dog.", "Parks behind the building; needs the gate code."},
		drinks:  []string{"black coffee", "iced tea", "sparkling water"},
	},
	{
		tag: "en-AU", country: "Australia", weight: 3,
		cities: []city{
			{"Sydney", "NSW", "20##", "Australia/Sydney", -33.87, 151.21},
			{"Adelaide", "SA", "50##", "Australia/Adelaide", -34.93, 138.60},
			{"Perth", "WA", "60##", "Australia/Perth", -31.95, 115.86},
		},
		phones:  []string{"+61 2 5550 ####", "+61 3 7010 ####", "+61 7 5550 ####", "+61 8 7010 ####"},
		streets: []string{"%# Wattle Street", "%## Banksia Road", "Unit %, %# Beach Parade"},
		female:  "Matilda Isla Ruby Kirra Bronwyn Tahlia Sienna Heather",
		male:    "Jack Lachlan Angus Hamish Bruno Darcy Nikhil Trevor",
		family:  "Wilson Kelly Tran McKenzie Papadakis Singh Fraser Doyle Whitlock Baxter",
		notes:   []string{"Running late most days, ring first.", "Wants a quiet room.", "Comes by ferry."},
		drinks:  []string{"flat white", "lemon squash", "ginger beer"},
	},
	{
		tag: "es-MX", country: "México", weight: 5,
		cities: []city{
			{"Ciudad de México", "CDMX", "06###", "America/Mexico_City", 19.43, -99.13},
			{"Mérida", "Yucatán", "97###", "America/Merida", 20.97, -89.62},
			{"Tijuana", "Baja California", "22###", "America/Tijuana", 32.51, -117.04},
		},
		phones:  []string{"+52 55 0### ####", "+52 664 0## ####"},
		streets: []string{"Calle Morelos %##", "Av. Insurgentes %###", "Privada de las Ánimas %#"},
		female:  "Ximena Guadalupe Itzel Lucía Fernanda Renata Rocío Begoña",
		male:    "Santiago Mateo Ángel Emiliano Iñaki Joaquín Raúl Héctor",
		family:  "Hernández García Martínez Núñez Peña Ibáñez Güemes Zamora Xool Cárdenas",
		notes:   []string{"Prefiere las citas por la mañana.", "Alérgica a los cacahuates.", "Llamar antes de la visita."},
		drinks:  []string{"agua de jamaica", "café de olla", "té de manzanilla"},
	},
	{
		tag: "pt-BR", country: "Brasil", weight: 5,
		cities: []city{
			{"São Paulo", "SP", "01###-###", "America/Sao_Paulo", -23.55, -46.63},
			{"Manaus", "AM", "69###-###", "America/Manaus", -3.12, -60.02},
			{"Florianópolis", "SC", "88###-###", "America/Sao_Paulo", -27.60, -48.55},
		},
		phones:  []string{"+55 11 90000-####", "+55 92 90000-####", "+55 48 90000-####"},
		streets: []string{"Rua das Acácias, %##", "Av. São João, %###", "Travessa do Açúcar, %#"},
		female:  "Ana Conceição Júlia Letícia Thaís Inês Rafaela Luíza",
		male:    "João Caio Antônio Luís Vinícius Estêvão Otávio Davi",
		family:  "Silva Souza Araújo Gonçalves Magalhães Corrêa Leitão Teixeira Assunção Brandão",
		notes:   []string{"Prefere ser atendida à tarde.", "Não pode subir escadas.", "Avisar por mensagem no dia anterior."},
		drinks:  []string{"guaraná", "cafezinho", "suco de maracujá"},
	},
}
