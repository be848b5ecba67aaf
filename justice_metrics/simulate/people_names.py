"""Frequent given names and surnames of Spanish-speaking America, by their rank; no list of persons."""

from __future__ import annotations

from typing import Final

WOMEN: Final = tuple(
    """María Ana Juana Rosa Carmen Luz Martha Sandra Patricia Elena Gloria Claudia Julia Teresa Isabel Silvia Mónica
    Verónica Lidia Norma Paola Daniela Gabriela Andrea Carla Carolina Alejandra Fernanda Valeria Camila Natalia Sofía
    Lucía Valentina Ximena Paula Mariana Victoria Alicia Beatriz Blanca Cecilia Cristina Delia Diana Dolores Eva
    Esther Eugenia Felicidad Francisca Graciela Guadalupe Gladys Hilda Inés Irma Janeth Jimena Josefa Judith Karina
    Leonor Lourdes Magdalena Marcela Margarita Marisol Marlene Mercedes Miriam Nancy Nelly Nieves Nilda Noemí Olga
    Pilar Raquel Rebeca Reina Roxana Sara Sonia Susana Tatiana Vanessa Vilma Virginia Viviana Wilma Yolanda Zulema
    Abigail Adela Adriana Aída Alba Amalia Amparo Ángela Antonia Aurora Benita Bertha Betty Brenda Casilda Celia
    Consuelo Dora Edith Elsa Emma Estela Fátima Flora Genoveva Herminia Ivonne Jacinta Lorena Luisa Macaria""".split()
)
MEN: Final = tuple(
    """José Juan Luis Carlos Jorge Miguel Mario Pedro Víctor Fernando Roberto Javier David Daniel Ramiro Freddy Marco
    René Hugo Jaime Julio Rubén Óscar Raúl Sergio Eduardo Wilson Alberto Francisco Antonio Manuel Ángel Rafael Pablo
    Andrés Diego Gabriel Alejandro Cristian Iván Edgar Félix Gonzalo Guillermo Gustavo Héctor Ignacio Jesús Joaquín
    Lucas Martín Mateo Nicolás Ricardo Rodrigo Samuel Santiago Sebastián Tomás Vicente Walter""".split()
)
SURNAMES: Final = tuple(
    """Mamani Quispe Flores García Rodríguez Choque Condori López Vargas González Martínez Rojas Gutiérrez Fernández
    Pérez Sánchez Cruz Huanca Torrez Apaza Morales Mendoza Ramos Chávez Ortiz Ramírez Hernández Callisaya Suárez
    Castro Aguilar Jiménez Rivera Romero Álvarez Díaz Gómez Ticona Limachi Copa Nina Poma Yujra Alanoca Cárdenas
    Salazar Velásquez Vásquez Espinoza Medina Herrera Guzmán Ruiz Reyes Soto Paredes Peña Muñoz Núñez Ibáñez Acuña
    Castañeda Zeballos Céspedes Salvatierra Justiniano Méndez Montaño Arce Ayala Bautista Blanco Bustillos Cabrera
    Calle Camacho Campos Canaviri Cáceres Céspedes Churqui Colque Coria Delgado Domínguez Durán Escobar Estrada
    Figueroa Franco Fuentes Gallardo Guarachi Guerrero Heredia Huarachi Hurtado Jaldín Justo Laime Ledezma Lara
    León Lima Llanos Loayza Luna Machaca Maldonado Marca Marín Mejía Mercado Miranda Molina Montenegro Mora Moreno
    Navarro Navia Ochoa Olivera Orellana Ordóñez Ovando Padilla Palacios Parada Pari Pacheco Peralta Pereira Pinto
    Ponce Prado Quiroga Quiroz Quisbert Rocha Rosales Saavedra Salas Salinas Sandoval Sarmiento Serrano Siles Solano
    Soliz Tapia Tarqui Téllez Terrazas Toledo Tola Ugarte Urquizo Valdez Valencia Valenzuela Vallejos Vega Velasco
    Vera Villarroel Villca Zabala Zambrana Zapata Zárate Zenteno Zurita Aliaga Almanza Alcón Alvarado Andrade
    Antezana Aramayo Aranda Arancibia Arias Avendaño Baldivieso Balderrama Barrientos Barrios Barrón Becerra Bellido
    Benítez Bernal Borda Bravo Burgoa Caballero Calderón Calizaya Callejas Carrasco Carrillo Carvajal Casas Castillo
    Cazón Cejas Chambi Chipana Chura Claros Conde Córdova Coronel Cortez Cuéllar Cusi Daza Escalante Escóbar Fajardo
    Farfán Ferrufino Galarza Gallegos Gandarillas Garnica Grágeda Guevara Heras Hinojosa Huallpa Illanes Iriarte
    Jáuregui Kuno Lazarte Lizárraga Lobo Lozano Macías Magne Mansilla Márquez Meneses Moya Murillo Nava Oropeza
    Orozco Osinaga Pabón Paco Panozo Patzi Pizarro Plata Poquechoque Portugal Quinteros Rea Ribera Rivero Robles Roca
    Sejas Sosa Sucre Tejerina Ticlla Torrico Uriarte Uzeda Vaca Veizaga Vidal Villegas Viscarra Yapura Yucra""".split()
)
# Surnames that are written with particles; each clerk leaves out others of them.
WITH_PARTICLES: Final = (
    "de la Cruz",
    "del Castillo",
    "de los Ríos",
    "de León",
    "de la Torre",
    "del Carpio",
    "del Villar",
)
FOREIGN: Final = tuple("Silva Santos Souza Oliveira Almeida Ferreira Schmidt Meier Wagner Rossi Bianchi Romano".split())
